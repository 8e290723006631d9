"""The few lines of PowerShell that speak to WIA, which only speaks COM.

One wish comes in as JSON on the first line of the input: no word of a device is ever part of a
command line. Each answer is one line of ASCII. Pages go from WIA's memory to ours, never into a
file. Run by `hardware.wia`; never run here on a real Windows.
"""

SCRIPT = r"""
$ErrorActionPreference = 'Stop'
$wish = [Console]::In.ReadLine() | ConvertFrom-Json
function Say([string]$line) { [Console]::Out.WriteLine($line); [Console]::Out.Flush() }
function Coded([string]$text) { [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($text)) }
function Find($of, [int]$id) {
  foreach ($p in $of.Properties) { if ($p.PropertyID -eq $id) { return $p } }
}
function Put($of, [int]$id, $value) { $p = Find $of $id; if ($null -ne $p) { $p.Value = $value } }
$jpeg = '{B96B3CAE-0728-11D3-9D7B-0000F81EF32E}'
try {
  $manager = New-Object -ComObject WIA.DeviceManager
  if ($wish.do -eq 'list') {
    foreach ($info in $manager.DeviceInfos) {
      if ($info.Type -eq 1) { Say "DEVICE $(Coded $info.DeviceID) $(Coded (Find $info 7).Value)" }
    }
    Say 'END'; exit
  }
  $info = $null
  foreach ($each in $manager.DeviceInfos) { if ($each.DeviceID -eq $wish.device) { $info = $each } }
  if ($null -eq $info) { Say 'TROUBLE 80210015'; exit }
  $device = $info.Connect()
  $item = $device.Items.Item(1)
  if ($wish.do -eq 'offer') {
    $handling = Find $device 3086
    if ($null -ne $handling) { Say "HANDLING $([int]$handling.Value)" }
    $dots = Find $item 6147
    if ($dots.SubType -eq 1) { Say "DOTS $($dots.SubTypeMin)-$($dots.SubTypeMax)" }
    elseif ($dots.SubType -eq 2) { Say "DOTS $(@($dots.SubTypeValues) -join ' ')" }
    Say 'END'; exit
  }
  Put $device 3088 $wish.handling
  Put $device 3096 1
  Put $item 6146 $wish.intent
  Put $item 6147 $wish.dpi
  Put $item 6148 $wish.dpi
  Put $item 6149 0
  Put $item 6150 0
  foreach ($side in @(@(6151, $wish.width), @(6152, $wish.height))) {
    $p = Find $item $side[0]
    if ($null -ne $p) { $p.Value = [Math]::Min([int]$side[1], [int]$p.SubTypeMax) }
  }
  do {
    $image = $item.Transfer($jpeg)
    if ($image.FormatID -ne $jpeg) {
      $process = New-Object -ComObject WIA.ImageProcess
      $process.Filters.Add($process.FilterInfos.Item('Convert').FilterID)
      $process.Filters.Item(1).Properties.Item('FormatID').Value = $jpeg
      $image = $process.Apply($image)
    }
    Say "PAGE $([Convert]::ToBase64String([byte[]]$image.FileData.BinaryData))"
  } while ($wish.feeder)
  Say 'END'
} catch {
  Say ('TROUBLE {0:X8}' -f $_.Exception.GetBaseException().HResult)
}
"""
